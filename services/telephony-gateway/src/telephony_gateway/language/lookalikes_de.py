"""Ordinary German words and names that are one letter away from a word of time, and are not a slip of it."""

from __future__ import annotations

LOOKALIKES = """
viel neue erst dies neu oben ach nen froh haut meer jung mark mord hals heim jean free hut heft seht set marc heil more
mary funk half hebt hob hit mars freu hall dreh wohn zahn jane fund nenn abi mehr moon vieh mon mona jahn naht sekt merz
elke vie hei navi het sepp heu nam mara tape wich hein elle mont mayr heat halo mae mare nene jule juri mohn tagt mari
mart tabs este jen juso mohr eint hale horb mor hoi hue noll zehe junk mora halm maar mair tals heiz heid moro wer bier
tier gier zier wehr sehr wagen wegen fragen sagen lagen magen uhl uhu
eines einer einem viele vielen neuen neuer vater jungs getan halte feuer halle osten freue freuen josef einst taten summe
mauer nette netten feier julia nackt trage maler nenne mayer maier jagen ernte zweit achse achsen feder wache diebe
sachs julie funde zehen dritt jules hefte drehe drehen funke wucht haube magere elfen diene mager maren marge haute
julio oster viert naomi mater heizt elfer haber tagte ester manuel janis diele zehnt drein marke marken warten karten garten
mader varel fiber viper heule halse moran esten feger morse erbte aber eben
nichts kommen gekommen halten tragen stimme zeiten diener dienen johann dieter drittel siegen betrag zweier hunderte
folgendes soeben diesel erstens zweitens halbes dreier fieber netter letztere julius johanna verletzt verletzte heftige
morgan niklas siegte leopold minden martina montage ernste ernstes hallen wachen ernten nichte vorherige ausfahrt neusten
abende hindert drittens halter stande elster gesten halfen augustus gestein zweige ernster jaguar geistern gestand
mittig neuste gestank taugen vierer zehntel zweigen viersen martins jenaer vorheriger nester silben auguste augusta
sonntage johannis sachse zehner verletzter freital freytag sonntagen nikola sieber fuenfer sechser fuenft mitten mittel
marten stunden staendchen viertens wichen johanns martine josefs hauben julias halden nikolas samstagen
"""
